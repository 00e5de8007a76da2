import type { ComponentChildren } from 'preact';
import { Failure } from '../parts/failure.tsx';

interface Props {
  title: string;
  action: string;
  error: string;
  isBusy: boolean;
  submit: (form: FormData) => Promise<void>;
  children: ComponentChildren;
}

/** A form that stands alone on the page, before anybody is in. */
export function Door({ title, action, error, isBusy, submit, children }: Props) {
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void submit(new FormData(event.target));
  };
  return (
    <main class="door">
      <form class="card" onSubmit={onSubmit}>
        <p class="brand">Usher</p>
        <h1>{title}</h1>
        {children}
        {error !== '' && <Failure>{error}</Failure>}
        <button class="primary" disabled={isBusy}>
          {action}
        </button>
      </form>
    </main>
  );
}
