interface Props {
  label: string;
  name: string;
  options: readonly string[];
  given: Readonly<Record<string, string>>;
  choose: (name: string, value: string) => void;
}

/** One of several, or all of them. Keys are shown as words. */
export function Choice({ label, name, options, given, choose }: Props) {
  return (
    <label>
      <span>{label}</span>
      <select value={given[name] ?? ''} onChange={(event) => choose(name, event.currentTarget.value)}>
        <option value="">all</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  );
}
