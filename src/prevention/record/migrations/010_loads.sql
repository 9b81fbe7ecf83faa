-- Files loaded: what each held, what waits in quarantine, and what the council decided of them.
CREATE TABLE load (
    id VARCHAR PRIMARY KEY,
    loaded_at TIMESTAMP NOT NULL,
    who VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    publication VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    la_code VARCHAR NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_stored INTEGER NOT NULL,
    rows_quarantined INTEGER NOT NULL,
    content_hash VARCHAR NOT NULL,
    report VARCHAR NOT NULL
);
COMMENT ON TABLE load IS 'Every file loaded, in order';
COMMENT ON COLUMN load.id IS 'Name of the load, as load-0001';
COMMENT ON COLUMN load.loaded_at IS 'When, UTC';
COMMENT ON COLUMN load.who IS 'Who loaded it';
COMMENT ON COLUMN load.file IS 'Name of the file, without its folder';
COMMENT ON COLUMN load.sha256 IS 'SHA-256 of the file';
COMMENT ON COLUMN load.kind IS 'publication, table, council or correction';
COMMENT ON COLUMN load.publication IS 'Which publication, table or council file it is';
COMMENT ON COLUMN load.title IS 'The same in plain words';
COMMENT ON COLUMN load.la_code IS 'Whose own file it is; empty for what is published';
COMMENT ON COLUMN load.rows_read IS 'Rows read (count): stored and quarantined together';
COMMENT ON COLUMN load.rows_stored IS 'Rows stored (count)';
COMMENT ON COLUMN load.rows_quarantined IS 'Rows put in quarantine (count)';
COMMENT ON COLUMN load.content_hash IS 'SHA-256 of the rows stored';
COMMENT ON COLUMN load.report IS 'What was recognised, set aside and found wrong, as JSON';

CREATE TABLE load_release (
    load_id VARCHAR NOT NULL,
    "table" VARCHAR NOT NULL,
    release VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    publication VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    published VARCHAR NOT NULL,
    PRIMARY KEY (load_id, "table", release)
);
COMMENT ON TABLE load_release IS 'Releases the figures of a load belong to';
COMMENT ON COLUMN load_release.load_id IS 'The load';
COMMENT ON COLUMN load_release."table" IS 'Table that the figures went to';
COMMENT ON COLUMN load_release.release IS 'Key of the release';
COMMENT ON COLUMN load_release.publisher IS 'Who published it';
COMMENT ON COLUMN load_release.publication IS 'Name of the publication';
COMMENT ON COLUMN load_release.title IS 'Title of this release of it';
COMMENT ON COLUMN load_release.published IS 'Date published as far as known, else: not recorded';

CREATE TABLE load_figure (
    load_id VARCHAR NOT NULL,
    "table" VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    la_code VARCHAR NOT NULL,
    year_ending SMALLINT NOT NULL,
    measure VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    release VARCHAR NOT NULL
);
COMMENT ON TABLE load_figure IS 'Figures stored by loads of publications and of tables';
COMMENT ON COLUMN load_figure.load_id IS 'The load';
COMMENT ON COLUMN load_figure."table" IS 'Table of figures';
COMMENT ON COLUMN load_figure."row" IS 'Row of the file, from 1';
COMMENT ON COLUMN load_figure.la_code IS 'Council: nine-character code of the ONS';
COMMENT ON COLUMN load_figure.year_ending IS 'Financial year, as the year it ends';
COMMENT ON COLUMN load_figure.measure IS 'Name of the measure';
COMMENT ON COLUMN load_figure.value IS 'Number as text, in the unit of its measure; empty when missing';
COMMENT ON COLUMN load_figure.status IS 'Why the value is missing; empty when there is one';
COMMENT ON COLUMN load_figure.release IS 'Key of the release';

CREATE TABLE load_row (
    load_id VARCHAR NOT NULL,
    "table" VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    cells VARCHAR NOT NULL,
    stands_with VARCHAR NOT NULL
);
COMMENT ON TABLE load_row IS 'Rows stored by loads of the council''s own files';
COMMENT ON COLUMN load_row.load_id IS 'The load';
COMMENT ON COLUMN load_row."table" IS 'Table of the council''s own';
COMMENT ON COLUMN load_row."row" IS 'Row of the file, from 1';
COMMENT ON COLUMN load_row.cells IS 'The columns of the table as JSON; no name or identifier';
COMMENT ON COLUMN load_row.stands_with IS 'The load it belongs with: for a corrected row, the one it was held back from';

CREATE TABLE load_withdrawal (
    load_id VARCHAR PRIMARY KEY,
    withdrawn_at TIMESTAMP NOT NULL,
    who VARCHAR NOT NULL,
    why VARCHAR NOT NULL
);
COMMENT ON TABLE load_withdrawal IS 'Loads taken out of force; their rows stay on the record';
COMMENT ON COLUMN load_withdrawal.load_id IS 'The load';
COMMENT ON COLUMN load_withdrawal.withdrawn_at IS 'When, UTC';
COMMENT ON COLUMN load_withdrawal.who IS 'Who withdrew it';
COMMENT ON COLUMN load_withdrawal.why IS 'Why, in their words';

CREATE TABLE quarantine (
    id VARCHAR PRIMARY KEY,
    load_id VARCHAR NOT NULL,
    "table" VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    cells VARCHAR NOT NULL,
    breaches VARCHAR NOT NULL
);
COMMENT ON TABLE quarantine IS 'Rows that broke a rule and were not stored';
COMMENT ON COLUMN quarantine.id IS 'Name of the row in quarantine, as load-0001/3';
COMMENT ON COLUMN quarantine.load_id IS 'The load it came with';
COMMENT ON COLUMN quarantine."table" IS 'Table it was meant for';
COMMENT ON COLUMN quarantine."row" IS 'Row of the file, from 1';
COMMENT ON COLUMN quarantine.cells IS 'The columns of the table as JSON';
COMMENT ON COLUMN quarantine.breaches IS 'Column, rule, value and what to do, as JSON, one for each rule broken';

CREATE TABLE quarantine_settled (
    quarantine_id VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL,
    PRIMARY KEY (quarantine_id, load_id)
);
COMMENT ON TABLE quarantine_settled IS 'Rows that left quarantine, corrected';
COMMENT ON COLUMN quarantine_settled.quarantine_id IS 'The row in quarantine';
COMMENT ON COLUMN quarantine_settled.load_id IS 'The load that brought the corrected row';

CREATE TABLE council_word (
    n INTEGER PRIMARY KEY,
    la_code VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    theirs VARCHAR NOT NULL,
    ours VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    who VARCHAR NOT NULL
);
COMMENT ON TABLE council_word IS 'What the council''s words mean in ours: the last decision stands';
COMMENT ON COLUMN council_word.n IS 'Number of the decision, from 1';
COMMENT ON COLUMN council_word.la_code IS 'The council';
COMMENT ON COLUMN council_word.kind IS 'service or programme, or column of a table as council_ledger.amount';
COMMENT ON COLUMN council_word.theirs IS 'The word as the council writes it';
COMMENT ON COLUMN council_word.ours IS 'Ours for it';
COMMENT ON COLUMN council_word.decided_at IS 'When, UTC';
COMMENT ON COLUMN council_word.who IS 'Who decided';

CREATE TABLE council_basis (
    n INTEGER PRIMARY KEY,
    la_code VARCHAR NOT NULL,
    service VARCHAR NOT NULL,
    facet VARCHAR NOT NULL,
    chosen BOOLEAN NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    who VARCHAR NOT NULL
);
COMMENT ON TABLE council_basis IS 'Where the council''s own figures go before the published: the last decision stands';
COMMENT ON COLUMN council_basis.n IS 'Number of the decision, from 1';
COMMENT ON COLUMN council_basis.la_code IS 'The council';
COMMENT ON COLUMN council_basis.service IS 'Service line';
COMMENT ON COLUMN council_basis.facet IS 'people, unit_cost or spend';
COMMENT ON COLUMN council_basis.chosen IS 'Whether the own figures go first';
COMMENT ON COLUMN council_basis.decided_at IS 'When, UTC';
COMMENT ON COLUMN council_basis.who IS 'Who decided';
