/** Which colour is what. */
export function Legend({ names }: { names: readonly string[] }) {
  return (
    <ul class="legend">
      {names.map((name, at) => (
        <li key={name} class={`colour-${at + 1}`}>
          {name}
        </li>
      ))}
    </ul>
  );
}
