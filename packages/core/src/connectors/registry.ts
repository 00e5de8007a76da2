import { chatwoot } from './chatwoot.ts';
import type { Connector } from './connector.ts';
import { freshdesk } from './freshdesk.ts';
import { front } from './front.ts';
import { gorgias } from './gorgias.ts';
import { helpscout } from './helpscout.ts';
import { hubspot } from './hubspot.ts';
import { intercom } from './intercom.ts';
import { jira } from './jira.ts';
import { standard } from './standard.ts';
import { zammad } from './zammad.ts';
import { zendesk } from './zendesk.ts';

/** Every kind of helpdesk that Usher can talk to. Adding one is a file beside this and a line here. */
export const connectors: readonly Connector[] = [
  chatwoot,
  freshdesk,
  front,
  gorgias,
  helpscout,
  hubspot,
  intercom,
  jira,
  standard,
  zammad,
  zendesk,
];

/** The connector of this name; undefined if there is none. */
export function findConnector(name: string): Connector | undefined {
  return connectors.find((connector) => connector.name === name);
}
