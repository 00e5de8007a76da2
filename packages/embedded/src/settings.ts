/** Postgres' settings, by name. */
export type Settings = Record<string, string | number>;

/**
 * Settings for one small machine. With `durable: false` a commit survives a killed server, but not a power cut: for data that may be
 * lost, as in tests.
 */
export function settingsFor({ port, durable }: { port: number; durable: boolean }): Settings {
  return {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    max_wal_size: '512MB',
    max_logical_replication_workers: 0,
    jit: 'off',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // A statement's error goes to whoever sent it, not into the log: it may quote a ticket.
    log_min_messages: 'log',
    // Who started the server; Postgres writes it into postmaster.opts, where others read it.
    'usher.owner': process.pid,
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: 0 }),
  };
}

/** The settings as arguments of `postgres`. */
export function asArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
