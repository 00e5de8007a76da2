import { useEffect, useState } from 'preact/hooks';
import { ask, Refused, sessionEnded, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import type { Now } from './types.ts';

const AGAIN_MS = 3_000;
/** The server speaks every few seconds; after so long a silence nobody is there. */
const SILENT_MS = 20_000;
const OFFLINE = 'The server cannot be reached. These figures are old; they go on by themselves once it is there.';

/** What happens now, as long as the page is open, and what keeps it from being told. */
export interface Live {
  now: Now | undefined;
  trouble: string | undefined;
}

/** Listens to what happens, and comes back by itself after every trouble but a refusal. */
export function useNow(): Live {
  const [live, setLive] = useState<Live>({ now: undefined, trouble: undefined });
  useEffect(() => {
    const ear = createEar((heard) => setLive((before) => ({ ...before, ...heard })));
    return () => ear.close();
  }, []);
  return live;
}

/** One connection after the other. */
function createEar(tell: (heard: Partial<Live>) => void) {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  const later = (work: () => void, ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
  const restart = () => {
    source?.close();
    tell({ trouble: OFFLINE });
    later(() => void start(), AGAIN_MS);
  };
  const hear = (heard: Partial<Live>) => {
    tell(heard);
    later(restart, SILENT_MS);
  };
  const listen = () => {
    source = new EventSource('/v1/now');
    source.addEventListener('now', ({ data }) => hear({ now: readNow(data), trouble: undefined }));
    source.addEventListener('away', ({ data }) => hear({ trouble: readDetail(data) }));
    source.addEventListener('still', () => hear({}));
    source.addEventListener('ended', () => sessionEnded.dispatchEvent(new Event('ended')));
    source.addEventListener('error', restart);
    later(restart, SILENT_MS);
  };
  // A stream that is refused does not say why; a plain question does.
  const start = async () => {
    try {
      tell({ now: await ask(v1.now.$get()), trouble: undefined });
      if (!isClosed) listen();
    } catch (thrown) {
      tell({ trouble: messageOf(thrown) });
      const isRefused = thrown instanceof Refused && thrown.status < 500;
      if (!isRefused && !isClosed) later(() => void start(), AGAIN_MS);
    }
  };

  void start();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      source?.close();
    },
  };
}

function readNow(data: string): Now | undefined {
  const value: unknown = JSON.parse(data);
  return isNow(value) ? value : undefined;
}

/** The types come from the code that answers, so that nothing is gained by looking again. */
function isNow(_value: unknown): _value is Now {
  return true;
}

function readDetail(data: string): string {
  const value: unknown = JSON.parse(data);
  return value !== null && typeof value === 'object' && 'detail' in value ? String(value.detail) : OFFLINE;
}
