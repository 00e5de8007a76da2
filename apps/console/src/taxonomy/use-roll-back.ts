import { useState } from 'preact/hooks';
import { Refused } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { rollBack } from './in-force.ts';

/** The way back to an old version. */
export interface RollBack {
  /** The version that is asked about, until that is confirmed or left. */
  wanted: number | undefined;
  want: (version: number | undefined) => void;
  confirm: () => void;
  done: string;
  refused: string;
}

/** Rolls back once that was confirmed, over the version that was seen in force; calls back when it was tried. */
export function useRollBack(inForce: number, tried: () => void): RollBack {
  const [wanted, want] = useState<number>();
  const [said, setSaid] = useState({ done: '', refused: '' });
  const bringBack = async (version: number) => {
    want(undefined);
    try {
      const made = await rollBack(version, inForce);
      setSaid({ done: `Version ${version} is in force again, as version ${made}.`, refused: '' });
    } catch (thrown) {
      const isOvertaken = thrown instanceof Refused && thrown.code === 'taxonomy_changed';
      const why = 'Somebody published another version meanwhile, and nothing was rolled back. Look at it first.';
      setSaid({ done: '', refused: isOvertaken ? why : messageOf(thrown) });
    }
    tried();
  };
  return { wanted, want, confirm: () => wanted !== undefined && void bringBack(wanted), ...said };
}
