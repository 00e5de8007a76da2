import { useEffect, useRef } from 'preact/hooks';
import { Differences } from './differences.tsx';

interface Props {
  version: number;
  inForce: number;
  confirm: () => void;
  close: () => void;
}

/** Shows what a roll-back changes before it is done. */
export function RollBackDialog({ version, inForce, confirm, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="wide" onClose={close} aria-label={`Roll back to version ${version}`}>
      <h2>Roll back to version {version}?</h2>
      <p>
        It is published anew, as a version of its own; version {inForce} stays in the list. Against what is in force now
        it changes:
      </p>
      <div class="scrolls" role="region" aria-label="What it changes" tabIndex={0}>
        <Differences from={inForce} to={version} />
      </div>
      <div class="moves">
        <button class="primary" onClick={confirm}>
          Roll back
        </button>
        <button onClick={close}>Leave it</button>
      </div>
    </dialog>
  );
}
