import { useState } from 'preact/hooks';
import { messageOf } from '../api/use-answer.ts';

/** Something that ops tells the service to do: one at a time, with what came of it. */
export interface Order {
  give: (work: () => Promise<string>) => void;
  isBusy: boolean;
  done: string;
  error: string;
}

/** Gives orders; the work answers what to tell when it is done. */
export function useOrder(): Order {
  const [state, setState] = useState({ isBusy: false, done: '', error: '' });
  const carryOut = async (work: () => Promise<string>) => {
    setState({ isBusy: true, done: '', error: '' });
    try {
      setState({ isBusy: false, done: await work(), error: '' });
    } catch (thrown) {
      setState({ isBusy: false, done: '', error: messageOf(thrown) });
    }
  };
  return { ...state, give: (work) => void carryOut(work) };
}
