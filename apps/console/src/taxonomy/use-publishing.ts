import { useState } from 'preact/hooks';
import { ask, Refused, sending, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { publish } from './in-force.ts';
import type { Preview, Taxonomy } from './types.ts';
import type { Draft } from './use-draft.ts';

/** What was previewed, so that nothing else is published. */
export interface Previewed {
  of: Taxonomy;
  preview: Preview;
}

/** The way from a draft to a version. */
export interface Publishing {
  /** What is under way; one thing at a time. */
  busy: 'preview' | 'publish' | undefined;
  error: string;
  /** The version that was published last. */
  done: number | undefined;
  preview: (limit: string) => void;
  publish: () => void;
}

interface Options {
  draft: Draft;
  taxonomy: Taxonomy;
  setPreviewed: (previewed: Previewed) => void;
}

/** Previews and publishes a draft. Where another version is in force than it was made from, that one is read. */
export function usePublishing({ draft, taxonomy, setPreviewed }: Options): Publishing {
  const [done, setDone] = useState<number>();
  const [error, setError] = useState('');
  const [busy, setBusy] = useState<'preview' | 'publish'>();
  const attempt = async (what: 'preview' | 'publish', work: () => Promise<void>) => {
    if (busy !== undefined) return;
    setBusy(what);
    setError('');
    try {
      await work();
    } catch (thrown) {
      const isOvertaken = thrown instanceof Refused && thrown.code === 'taxonomy_changed';
      setError(isOvertaken ? 'Somebody published another version first, so that yours was not.' : messageOf(thrown));
      if (isOvertaken) draft.again();
    } finally {
      setBusy(undefined);
    }
  };
  const look = async (limit: string) => {
    const preview = await ask(v1.taxonomy.preview.$post({ query: { limit } }, sending(taxonomy)));
    setPreviewed({ of: taxonomy, preview });
  };
  const send = async () => {
    if (draft.base === undefined) return;
    setDone(await publish(taxonomy, draft.base.version));
    draft.settle();
    draft.again();
  };
  return {
    busy,
    error,
    done,
    preview: (limit) => void attempt('preview', () => look(limit)),
    publish: () => void attempt('publish', send),
  };
}
