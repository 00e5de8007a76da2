/** Marks a ticket that only shows how tickets are decided. */
export function Sample({ isSample }: { isSample: boolean }) {
  if (!isSample) return null;
  return (
    <span class="sample" title="A sample: it is never learnt from or counted.">
      sample
    </span>
  );
}
