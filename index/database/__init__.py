"""The SQLite file of a library: connections and manifest, tables and their versions, the writer's lock."""
