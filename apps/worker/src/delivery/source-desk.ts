import type { Current } from '@usher/core/connectors/changes';
import type { Connector, OpenConnector } from '@usher/core/connectors/connector';
import { findConnector } from '@usher/core/connectors/registry';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import type { Failure } from '@usher/core/failure';
import { openSource, type Source } from '@usher/db/sources';
import type { Vault } from '@usher/db/vault';
import { HelpdeskRefused } from '@usher/helpdesk/failures';
import { type Helpdesk, type HelpdeskOptions, openHelpdesk } from '@usher/helpdesk/helpdesk';

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

/** Finds the helpdesks of sources, and keeps their tokens while their settings stay. */
export interface Desks {
  /**
   * Undefined where the source has none, or nothing may be written there. Taking back is allowed in every mode. Throws
   * SourceUnreadable, SecretKeyMissing and SecretKeyWrong.
   */
  open(source: Source, options: { isUndo: boolean; signal: AbortSignal }): SourceDesk | undefined;
}

/** The settings of a source are not what its connector wants; its operator has to look. */
export class SourceUnreadable extends Error implements Failure {
  readonly code = 'source_unreadable';
  readonly retry = 'backoff';

  constructor(places: readonly string[]) {
    super(`the source's settings cannot be used: look at ${places.join(', ')}`);
    this.name = 'SourceUnreadable';
  }
}

/** Makes the keeper of helpdesks for one process. */
export function createDesks({ vault, calling }: { vault: Vault; calling: HelpdeskOptions }): Desks {
  const known = new Map<number, { of: string; helpdesk: Helpdesk }>();
  const helpdeskOf = (source: Source, { api, baseUrl }: { api: Api; baseUrl: string }): Helpdesk => {
    const of = JSON.stringify([source.connector, baseUrl, source.secrets]);
    const kept = known.get(source.id);
    if (kept?.of === of) return kept.helpdesk;
    const { credentials } = openSource(source, vault).secrets;
    const helpdesk = openHelpdesk({ api, baseUrl, credentials }, calling);
    known.set(source.id, { of, helpdesk });
    return helpdesk;
  };
  return {
    open(source, { isUndo, signal }) {
      const found = findConnector(source.connector);
      if (found?.api == null || source.removedAt !== null) return undefined;
      const read = found.settings.safeParse(source.settings);
      if (!read.success) {
        throw new SourceUnreadable(read.error.issues.map(({ path }) => path.map(String).join('.')));
      }
      const { base_url: baseUrl, mode } = read.data;
      if (mode === 'shadow' && !isUndo) return undefined;
      const connector = found.open(isUndo ? { ...source.settings, mode: 'auto' } : source.settings);
      const helpdesk = helpdeskOf(source, { api: found.api, baseUrl });
      return deskOf({ api: found.api, connector, helpdesk, signal });
    },
  };
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
