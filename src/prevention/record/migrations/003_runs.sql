-- Runs that left the program, with all it takes to make them again and compare.
CREATE TABLE run (
    run_id VARCHAR PRIMARY KEY,
    kept_at TIMESTAMP NOT NULL,
    manifest VARCHAR NOT NULL,
    figures BLOB NOT NULL,
    figures_hash VARCHAR NOT NULL
);
COMMENT ON TABLE run IS 'Forecasts that were exported, approved or printed';
COMMENT ON COLUMN run.run_id IS 'First 16 hexadecimal digits of the SHA-256 of manifest';
COMMENT ON COLUMN run.kept_at IS 'When first kept, UTC';
COMMENT ON COLUMN run.manifest IS 'All that decides the figures, as canonical JSON';
COMMENT ON COLUMN run.figures IS 'Annual, baseline and appraisal figures: canonical JSON, zlib';
COMMENT ON COLUMN run.figures_hash IS 'SHA-256 of the figures before compression';
