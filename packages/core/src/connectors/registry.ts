import type { Connector } from './connector.ts';
import { standard } from './standard.ts';
import { zendesk } from './zendesk.ts';

/** Every kind of helpdesk that Usher can talk to. Adding one is a file beside this and a line here. */
export const connectors: readonly Connector[] = [standard, zendesk];

/** The connector of this name; undefined if there is none. */
export function findConnector(name: string): Connector | undefined {
  return connectors.find((connector) => connector.name === name);
}
