-- Version 1 of the tables, with one call.
CREATE TABLE hold_slayer_schema ( version INTEGER NOT NULL, since DOUBLE NOT NULL, PRIMARY KEY (version) );
CREATE TABLE hold_slayer_calls ( id VARCHAR(64) NOT NULL, account_id VARCHAR(64) NOT NULL, line INTEGER, contact_id VARCHAR(64), name VARCHAR(255) NOT NULL, name_folded VARCHAR(255) NOT NULL, number VARCHAR(128) NOT NULL, intent TEXT NOT NULL, mode VARCHAR(64) NOT NULL, language VARCHAR(64) NOT NULL, state VARCHAR(64) NOT NULL, started DOUBLE NOT NULL, answered DOUBLE, hold_started DOUBLE, person_since DOUBLE, connected DOUBLE, ended DOUBLE, touched DOUBLE NOT NULL, menu_s DOUBLE NOT NULL, hold_s DOUBLE NOT NULL, queue_position INTEGER, estimated_wait_s DOUBLE, outcome VARCHAR(64), reason TEXT NOT NULL, engine_version VARCHAR(64) NOT NULL, version VARCHAR(64) NOT NULL, PRIMARY KEY (id) );
CREATE INDEX hold_slayer_calls_ended ON hold_slayer_calls (ended);
CREATE INDEX hold_slayer_calls_listed ON hold_slayer_calls (started, id, account_id, line, contact_id, number, name_folded, outcome, ended);
CREATE TABLE hold_slayer_events ( id INTEGER NOT NULL, call_id VARCHAR(64) NOT NULL, time DOUBLE NOT NULL, kind VARCHAR(64) NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call_id) REFERENCES hold_slayer_calls (id) );
CREATE INDEX hold_slayer_events_call ON hold_slayer_events (call_id);
CREATE TABLE hold_slayer_segments ( id INTEGER NOT NULL, call_id VARCHAR(64) NOT NULL, position INTEGER NOT NULL, kind VARCHAR(64) NOT NULL, started DOUBLE NOT NULL, ended DOUBLE, heard_before BOOLEAN NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call_id) REFERENCES hold_slayer_calls (id) );
CREATE INDEX hold_slayer_segments_call ON hold_slayer_segments (call_id, position);
CREATE TABLE hold_slayer_words ( id INTEGER NOT NULL, call_id VARCHAR(64) NOT NULL, time DOUBLE NOT NULL, speaker VARCHAR(64) NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call_id) REFERENCES hold_slayer_calls (id) );
CREATE INDEX hold_slayer_words_call ON hold_slayer_words (call_id);
CREATE VIRTUAL TABLE hold_slayer_words_fts USING fts5(text, content='hold_slayer_words', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER hold_slayer_words_fts_in AFTER INSERT ON hold_slayer_words BEGIN INSERT INTO hold_slayer_words_fts(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER hold_slayer_words_fts_out AFTER DELETE ON hold_slayer_words BEGIN INSERT INTO hold_slayer_words_fts(hold_slayer_words_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
INSERT INTO hold_slayer_schema (version, since) VALUES (1, 1772442000.0);
INSERT INTO hold_slayer_calls (id, account_id, line, contact_id, name, name_folded, number, intent, mode, language, state, started, answered, hold_started, person_since, connected, ended, touched, menu_s, hold_s, queue_position, estimated_wait_s, outcome, reason, engine_version, version) VALUES ('kept', 'account', 1, 'insurance', 'Försäkring', 'försäkring', '+442079460000', '', 'hold_slayer', 'en', 'ended', 1772442000.0, 1772442005.0, 1772442030.0, 1772442330.0, 1772442350.0, 1772442600.0, 1772442600.0, 25.0, 300.0, 2, NULL, 'connected', '', '1.0', '0.1.0');
INSERT INTO hold_slayer_events (call_id, time, kind, facts) VALUES ('kept', 1772442000.0, 'state', '{"state": "dialing"}');
INSERT INTO hold_slayer_segments (call_id, position, kind, started, ended, heard_before) VALUES ('kept', 0, 'music', 1772442000.0, NULL, FALSE);
INSERT INTO hold_slayer_words (call_id, time, speaker, text) VALUES ('kept', 1772442000.0, 'company', 'Merci d’avoir appelé');
