/** What one request of a batch is about. `key` names the chunk among those of every installation that shares an account. */
export interface RequestName {
  key: string;
  ticketId: number;
  revision: number;
}

/** The API's form of a `custom_id`, from its documentation. */
const FORM = /^[a-zA-Z0-9_-]{1,64}$/;
const OURS = /^usher-([a-zA-Z0-9]{1,24})-(\d{1,15})-(\d{1,9})$/;

/** The `custom_id` of a request. Throws a RangeError for a key that does not fit into one. */
export function customId({ key, ticketId, revision }: RequestName): string {
  const id = `usher-${key}-${ticketId}-${revision}`;
  if (!FORM.test(id) || readCustomId(id) === undefined) throw new RangeError(`${id} is no custom_id`);
  return id;
}

/** Reads a `custom_id` of ours; undefined for any other. */
export function readCustomId(id: string): RequestName | undefined {
  const [, key, ticketId, revision] = OURS.exec(id) ?? [];
  return key === undefined ? undefined : { key, ticketId: Number(ticketId), revision: Number(revision) };
}
