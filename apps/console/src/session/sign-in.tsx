import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { Field } from '../parts/field.tsx';
import { Door } from './door.tsx';
import type { Person } from './session.tsx';

/** Where people sign in. */
export function SignInPage({ enter }: { enter: (person: Person) => void }) {
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (form: FormData) => {
    setIsBusy(true);
    setError('');
    try {
      const given = { email: form.get('email'), password: form.get('password') };
      enter(await ask(v1.session.$post({}, sending(given))));
    } catch (thrown) {
      setError(messageOf(thrown));
      setIsBusy(false);
    }
  };
  return (
    <Door title="Sign in" action="Sign in" error={error} isBusy={isBusy} submit={submit}>
      <Field label="E-mail">
        <input name="email" type="email" autocomplete="username" required autofocus />
      </Field>
      <Field label="Password">
        <input name="password" type="password" autocomplete="current-password" required />
      </Field>
      <p class="hint">No account or a forgotten password? An administrator gives you a link.</p>
    </Door>
  );
}
