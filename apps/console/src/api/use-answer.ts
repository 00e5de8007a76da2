import { useCallback, useEffect, useState } from 'preact/hooks';

/** Something asked of the API: what was answered last, what went wrong last, and how to ask again. */
export interface Answer<T> {
  data: T | undefined;
  error: string | undefined;
  /** True while an answer is awaited; what was there before stays, so that nothing flickers. */
  isAsking: boolean;
  again: () => void;
}

/** What was asked a moment ago, so that going back shows it at once while it is asked again. */
const remembered = new Map<string, unknown>();
const MOST_REMEMBERED = 50;

/** Asks when the key changes. The key names the question: the same key, the same question. */
export function useAnswer<T>(key: string, question: () => Promise<T>): Answer<T> {
  const [count, setCount] = useState(0);
  const [held, setHeld] = useState<{ key: string; data?: T; error?: string }>({ key: '' });
  const [isAsking, setIsAsking] = useState(true);
  useEffect(() => {
    let isStale = false;
    setIsAsking(true);
    void answerTo(key, question).then((answered) => {
      if (isStale) return undefined;
      setHeld(answered);
      return setIsAsking(false);
    });
    return () => {
      isStale = true;
    };
  }, [key, count]);
  const again = useCallback(() => setCount((before) => before + 1), []);
  const known = held.key === key ? held : undefined;
  return { data: known?.data ?? recall<T>(key), error: known?.error, isAsking, again };
}

/** Asks ahead, so that the answer is there when somebody wants it. */
export function askAhead<T>(key: string, question: () => Promise<T>): void {
  if (remembered.has(key)) return;
  void answerTo(key, question);
}

async function answerTo<T>(
  key: string,
  question: () => Promise<T>,
): Promise<{ key: string; data?: T; error?: string }> {
  try {
    const data = await question();
    remember(key, data);
    return { key, data };
  } catch (thrown) {
    return { key, error: messageOf(thrown) };
  }
}

/** Forgets what was asked: after a change that may touch every answer. */
export function forgetAnswers(): void {
  remembered.clear();
}

/** What to tell a person about anything thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof TypeError) return 'The server cannot be reached. Is it running?';
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function remember(key: string, data: unknown): void {
  remembered.delete(key);
  remembered.set(key, data);
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

function recall<T>(key: string): T | undefined {
  const data = remembered.get(key);
  return isOfQuestion<T>(data) ? data : undefined;
}

/** One key is one question, so that what it remembers has the question's type. */
function isOfQuestion<T>(data: unknown): data is T {
  return data !== undefined;
}
