-- Scenarios and programmes that people made, every version kept; and what was decided on them.
CREATE TABLE version (
    kind VARCHAR NOT NULL CHECK (kind IN ('scenario', 'programme')),
    id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    title VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    parent INTEGER NOT NULL,
    sibling BOOLEAN NOT NULL,
    who VARCHAR NOT NULL CHECK (who <> ''),
    why VARCHAR NOT NULL CHECK (why <> ''),
    saved_at TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, id, version)
);
COMMENT ON TABLE version IS 'Documents people made; a change is a new version, none is overwritten';
COMMENT ON COLUMN version.kind IS 'scenario or programme';
COMMENT ON COLUMN version.id IS 'What the document is known by';
COMMENT ON COLUMN version.version IS 'From 1, one more with each save';
COMMENT ON COLUMN version.title IS 'What people call it';
COMMENT ON COLUMN version.content IS 'The document as canonical JSON, without what is left at its default';
COMMENT ON COLUMN version.content_hash IS 'SHA-256 of content';
COMMENT ON COLUMN version.parent IS 'Version it was made from; 0 for a first version';
COMMENT ON COLUMN version.sibling IS 'Another version had been saved from the same parent before';
COMMENT ON COLUMN version.who IS 'Who saved it';
COMMENT ON COLUMN version.why IS 'Why, in their words';
COMMENT ON COLUMN version.saved_at IS 'When, UTC';

CREATE TABLE decision (
    n INTEGER PRIMARY KEY,
    kind VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    status VARCHAR NOT NULL
        CHECK (status IN ('proposed', 'approved', 'superseded', 'removed', 'brought-back')),
    run_id VARCHAR NOT NULL,
    who VARCHAR NOT NULL CHECK (who <> ''),
    why VARCHAR NOT NULL CHECK (why <> ''),
    made_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE decision IS 'What was decided on a version, in order; none is overwritten';
COMMENT ON COLUMN decision.n IS 'Number of the decision, from 1';
COMMENT ON COLUMN decision.kind IS 'scenario or programme';
COMMENT ON COLUMN decision.id IS 'The document';
COMMENT ON COLUMN decision.version IS 'Its version; 0 for a decision on the whole document';
COMMENT ON COLUMN decision.status IS 'proposed, approved, superseded; removed, brought-back for the whole';
COMMENT ON COLUMN decision.run_id IS 'The run whose figures were approved; empty for other decisions';
COMMENT ON COLUMN decision.who IS 'Who decided';
COMMENT ON COLUMN decision.why IS 'Why, in their words';
COMMENT ON COLUMN decision.made_at IS 'When, UTC';
