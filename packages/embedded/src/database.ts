import postgres from 'postgres';

/** Makes sure that the database which the address names exists; throws the driver's own error when the server does not answer. */
export async function ensureDatabase(url: string): Promise<void> {
  const address = new URL(url);
  const name = address.pathname.slice(1);
  address.pathname = '/postgres';
  const sql = postgres(address.href, { max: 1, connect_timeout: 10 });
  const isThere = async () => (await sql`select 1 from pg_database where datname = ${name}`).length > 0;
  try {
    if (await isThere()) return;
    await sql`create database ${sql(name)}`;
  } catch (error) {
    if (!(await isThere())) throw error;
  } finally {
    await sql.end();
  }
}
