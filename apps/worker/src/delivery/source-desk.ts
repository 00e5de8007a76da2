import type { Current } from '@usher/core/connectors/changes';
import type { Connector, OpenConnector } from '@usher/core/connectors/connector';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import type { Source } from '@usher/db/sources';
import { HelpdeskRefused } from '@usher/helpdesk/failures';
import type { Helpdesk } from '@usher/helpdesk/helpdesk';
import type { Accounts } from '../accounts.ts';

type Api = NonNullable<Connector['api']>;

/** The helpdesk of one source, ready to be looked at and written to. */
export interface SourceDesk {
  api: Api;
  connector: OpenConnector;
  /** Sends one request and answers its body. Throws HelpdeskRefused for anything but a 2xx, and HelpdeskUnreachable. */
  call(request: HelpdeskRequest): Promise<unknown>;
  /** The ticket as it stands. Throws as `call` does, and HelpdeskAnswerUnreadable. */
  look(ticketId: string): Promise<Current>;
  /** The longest pause that any answer so far asked for, in milliseconds. */
  pauseMs(): number;
}

/**
 * Opens the helpdesk of a source for one attempt; undefined where there is none, or where nothing may be written. Taking back
 * is allowed in every mode. Throws SourceUnusable, SecretKeyMissing, SecretKeyWrong.
 */
export function openSourceDesk(
  source: Source,
  { accounts, isUndo, signal }: { accounts: Accounts; isUndo: boolean; signal: AbortSignal },
): SourceDesk | undefined {
  if (source.removedAt !== null) return undefined;
  const { connector, desk, helpdesk } = accounts(source);
  const { api } = connector;
  if (api === null || helpdesk === null) return undefined;
  if (isUndo) return deskOf({ api, connector: connector.open({ ...source.settings, mode: 'auto' }), helpdesk, signal });
  const { mode } = connector.settings.parse(source.settings);
  return mode === 'shadow' ? undefined : deskOf({ api, connector: desk, helpdesk, signal });
}

interface DeskParts {
  api: Api;
  connector: OpenConnector;
  helpdesk: Helpdesk;
  signal: AbortSignal;
}

function deskOf({ api, connector, helpdesk, signal }: DeskParts): SourceDesk {
  let longestMs = 0;
  const call = async (request: HelpdeskRequest): Promise<unknown> => {
    const { status, body, pauseMs } = await helpdesk.send(request, signal);
    longestMs = Math.max(longestMs, pauseMs);
    if (status < 200 || status > 299) throw new HelpdeskRefused({ ...request, status, pauseMs });
    return body;
  };
  return {
    api,
    connector,
    call,
    async look(ticketId) {
      const answers: unknown[] = [];
      for (const request of connector.look(ticketId)) answers.push(await call(request));
      return connector.current(answers);
    },
    pauseMs: () => longestMs,
  };
}
