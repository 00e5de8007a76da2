/** A confidence as number and bar; said to be unknown where nothing was predicted, and to be the engine's own word where it is not calibrated. */
export function Confidence({ value, isCalibrated }: { value: number | null; isCalibrated?: boolean | null }) {
  if (value === null) return <span class="faint">not predicted</span>;
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
