-- One row for each save, the same as its line in the ledger outside the database.
CREATE TABLE save (
    n BIGINT PRIMARY KEY,
    saved_at TIMESTAMP NOT NULL,
    kind VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    previous_hash VARCHAR NOT NULL,
    hash VARCHAR NOT NULL,
    key VARCHAR UNIQUE
);
COMMENT ON TABLE save IS 'Every save ever made, in order';
COMMENT ON COLUMN save.n IS 'Number of the save, from 1, without gaps';
COMMENT ON COLUMN save.saved_at IS 'When, UTC';
COMMENT ON COLUMN save.kind IS 'What was saved: scenario, programme, decision, run, load';
COMMENT ON COLUMN save.id IS 'Which one';
COMMENT ON COLUMN save.content_hash IS 'SHA-256 of what was saved';
COMMENT ON COLUMN save.previous_hash IS 'Hash of the save before; 64 zeros for the first';
COMMENT ON COLUMN save.hash IS 'SHA-256 of this save together with the hash before it';
COMMENT ON COLUMN save.key IS 'Given by the one who saves; the same key again saves nothing more';

CREATE TABLE ledger_mark (n BIGINT NOT NULL);
COMMENT ON TABLE ledger_mark IS 'How far the ledger outside the database is known to reach';
COMMENT ON COLUMN ledger_mark.n IS 'Number of the last save seen safely in the ledger';
INSERT INTO ledger_mark VALUES (0);
