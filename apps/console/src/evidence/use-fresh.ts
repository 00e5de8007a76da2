import { useEffect } from 'preact/hooks';
import { changed } from '../api/client.ts';
import { type Answer, useAnswer } from '../api/use-answer.ts';

/** Others work too: what they changed is seen after so many milliseconds at most. */
const EVERY_MS = 30_000;

/** An answer that is asked again when something was changed from here, and every half minute while the page is looked at. */
export function useFresh<T>(key: string, question: () => Promise<T>): Answer<T> {
  const answer = useAnswer(key, question);
  const { again } = answer;
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') again();
    };
    const timer = setInterval(look, EVERY_MS);
    changed.addEventListener('changed', again);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      changed.removeEventListener('changed', again);
      document.removeEventListener('visibilitychange', look);
    };
  }, [again]);
  return answer;
}
