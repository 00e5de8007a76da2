import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { useWrong } from './wrong.ts';

interface FieldProps {
  label: string;
  /** Where the value stands in the draft, as the server names it. */
  path: string;
  hint?: string;
}

interface Described {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

interface LabelledProps extends FieldProps {
  children: (described: Described) => ComponentChildren;
}

/** A field with its label above it, and below it what is wrong with it. */
function Labelled({ label, path, hint, children }: LabelledProps) {
  const id = useId();
  const wrong = useWrong(path);
  const about = [wrong !== undefined && `${id}-wrong`, hint !== undefined && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': about === '' ? undefined : about, 'aria-invalid': wrong !== undefined })}
      {wrong !== undefined && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextProps extends FieldProps {
  value: string;
  change: (text: string) => void;
  /** Lines of a longer text. */
  rows?: number;
  /** The id of a list of what others have. */
  list?: string;
}

/** A text of a draft. */
export function TextField({ value, change, rows, list, ...field }: TextProps) {
  return (
    <Labelled {...field}>
      {(described) =>
        rows === undefined ? (
          <input {...described} list={list} value={value} onInput={(event) => change(event.currentTarget.value)} />
        ) : (
          <textarea {...described} rows={rows} value={value} onInput={(event) => change(event.currentTarget.value)} />
        )
      }
    </Labelled>
  );
}

interface KeyProps extends FieldProps {
  value: string;
  change: (key: string) => void;
}

/** A key, which is taken once it is written: half of one may be the key of something else. */
export function KeyField({ value, change, ...field }: KeyProps) {
  const [text, setText] = useState(value);
  return (
    <Labelled {...field}>
      {(described) => (
        <input
          {...described}
          value={text}
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
          onChange={() => change(text.trim())}
        />
      )}
    </Labelled>
  );
}

interface NumberProps extends FieldProps {
  value: number;
  change: (value: number) => void;
}

/** A number, also half-typed: what is none is null to the server, which says so. */
export function NumberField({ value, change, ...field }: NumberProps) {
  const [text, setText] = useState(Number.isFinite(value) ? String(value) : '');
  const type = (typed: string) => {
    setText(typed);
    change(typed.trim() === '' ? Number.NaN : Number(typed.replace(',', '.')));
  };
  return (
    <Labelled {...field}>
      {(described) => (
        <input {...described} inputMode="decimal" value={text} onInput={(event) => type(event.currentTarget.value)} />
      )}
    </Labelled>
  );
}

interface LinesProps extends FieldProps {
  value: readonly string[];
  change: (lines: string[]) => void;
}

/** A list with one thing a line. */
export function LinesField({ value, change, ...field }: LinesProps) {
  const [text, setText] = useState(value.join('\n'));
  const type = (typed: string) => {
    setText(typed);
    change(typed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])));
  };
  return (
    <Labelled {...field}>
      {(described) => (
        <textarea {...described} rows={4} value={text} onInput={(event) => type(event.currentTarget.value)} />
      )}
    </Labelled>
  );
}

interface ChoiceProps extends FieldProps {
  value: string;
  options: readonly (readonly [value: string, name: string])[];
  change: (value: string) => void;
}

/** One of a few. */
export function ChoiceField({ value, options, change, ...field }: ChoiceProps) {
  return (
    <Labelled {...field}>
      {(described) => (
        <select {...described} value={value} onChange={(event) => change(event.currentTarget.value)}>
          {options.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
