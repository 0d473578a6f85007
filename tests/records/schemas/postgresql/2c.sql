-- Version 2 of the tables, with one call.
CREATE TABLE hold_slayer_schema ( version INTEGER NOT NULL, since DOUBLE PRECISION NOT NULL, PRIMARY KEY (version) );
CREATE TABLE hold_slayer_calls ( id VARCHAR(64) NOT NULL, account_id VARCHAR(64) NOT NULL, line INTEGER, contact_id VARCHAR(64), name VARCHAR(255) NOT NULL, name_folded VARCHAR(255) NOT NULL, number VARCHAR(128) NOT NULL, intent TEXT NOT NULL, mode VARCHAR(64) NOT NULL, language VARCHAR(64) NOT NULL, state VARCHAR(64) NOT NULL, started DOUBLE PRECISION NOT NULL, answered DOUBLE PRECISION, hold_started DOUBLE PRECISION, person_since DOUBLE PRECISION, connected DOUBLE PRECISION, ended DOUBLE PRECISION, touched DOUBLE PRECISION NOT NULL, menu_s DOUBLE PRECISION NOT NULL, hold_s DOUBLE PRECISION NOT NULL, queue_position INTEGER, estimated_wait_s DOUBLE PRECISION, outcome VARCHAR(64), reason TEXT NOT NULL, engine_version VARCHAR(64) NOT NULL, version VARCHAR(64) NOT NULL, summary TEXT, PRIMARY KEY (id) );
CREATE INDEX hold_slayer_calls_listed ON hold_slayer_calls (started, id, account_id, line, contact_id, number, name_folded, outcome, ended);
CREATE INDEX hold_slayer_calls_contact ON hold_slayer_calls (contact_id, started, id, account_id, line, outcome, ended);
CREATE INDEX hold_slayer_calls_ended ON hold_slayer_calls (ended);
CREATE TABLE hold_slayer_events ( id BIGSERIAL NOT NULL, call_id VARCHAR(64) NOT NULL, time DOUBLE PRECISION NOT NULL, kind VARCHAR(64) NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call_id) REFERENCES hold_slayer_calls (id) );
CREATE INDEX hold_slayer_events_call ON hold_slayer_events (call_id);
CREATE TABLE hold_slayer_segments ( id BIGSERIAL NOT NULL, call_id VARCHAR(64) NOT NULL, position INTEGER NOT NULL, kind VARCHAR(64) NOT NULL, started DOUBLE PRECISION NOT NULL, ended DOUBLE PRECISION, heard_before BOOLEAN NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call_id) REFERENCES hold_slayer_calls (id) );
CREATE INDEX hold_slayer_segments_call ON hold_slayer_segments (call_id, position);
CREATE TABLE hold_slayer_words ( id BIGSERIAL NOT NULL, call_id VARCHAR(64) NOT NULL, time DOUBLE PRECISION NOT NULL, speaker VARCHAR(64) NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call_id) REFERENCES hold_slayer_calls (id) );
CREATE INDEX hold_slayer_words_call ON hold_slayer_words (call_id);
CREATE INDEX hold_slayer_words_fts ON hold_slayer_words USING gin (to_tsvector('simple', text));
INSERT INTO hold_slayer_schema (version, since) VALUES (2, 1772442000.0);
INSERT INTO hold_slayer_calls (id, account_id, line, contact_id, name, name_folded, number, intent, mode, language, state, started, answered, hold_started, person_since, connected, ended, touched, menu_s, hold_s, queue_position, estimated_wait_s, outcome, reason, engine_version, version, summary) VALUES ('kept', 'account', 1, 'insurance', 'Försäkring', 'försäkring', '+442079460000', '', 'hold_slayer', 'en', 'ended', 1772442000.0, 1772442005.0, 1772442030.0, 1772442330.0, 1772442350.0, 1772442600.0, 1772442600.0, 25.0, 300.0, 2, NULL, 'connected', '', '1.0', '0.1.0', NULL);
INSERT INTO hold_slayer_events (call_id, time, kind, facts) VALUES ('kept', 1772442000.0, 'state', '{"state": "dialing"}');
INSERT INTO hold_slayer_segments (call_id, position, kind, started, ended, heard_before) VALUES ('kept', 0, 'music', 1772442000.0, NULL, FALSE);
INSERT INTO hold_slayer_words (call_id, time, speaker, text) VALUES ('kept', 1772442000.0, 'company', 'Merci d’avoir appelé');
