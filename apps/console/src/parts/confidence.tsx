interface Props {
  value: number | null;
  isCalibrated?: boolean | null;
  /** Why the decision is as it is, where there is one. */
  reason?: string | null;
}

/** A confidence as number and bar; said to be unknown where nothing was predicted, and to be the engine's own word where it is not calibrated. */
export function Confidence({ value, isCalibrated, reason }: Props) {
  if (value === null) return <span class="faint">{isByPerson(reason) ? 'a person said so' : 'not predicted'}</span>;
  const percent = Math.floor(value * 100);
  const title =
    isCalibrated === false ? "The engine's own word: not enough outcomes are known to calibrate it." : undefined;
  return (
    <span class="confidence" title={title}>
      <meter min={0} max={100} value={percent} aria-label="Confidence" />
      <span>
        {percent} %{isCalibrated === false && <abbr title={title}>*</abbr>}
      </span>
    </span>
  );
}

function isByPerson(reason: string | null | undefined): boolean {
  return reason === 'corrected' || reason === 'accepted';
}
