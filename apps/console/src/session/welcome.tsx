import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { Field } from '../parts/field.tsx';
import { Door } from './door.tsx';
import type { Person } from './session.tsx';

/** Where somebody who was invited chooses a password. The token stands behind the #, which is never sent on its own. */
export function WelcomePage({ enter }: { enter: (person: Person) => void }) {
  const { route } = useLocation();
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (form: FormData) => {
    setIsBusy(true);
    setError('');
    try {
      const given = { email: form.get('email'), name: form.get('name'), password: form.get('password') };
      const person = await ask(v1.welcome.$post({}, sending({ ...given, token: location.hash.slice(1) })));
      route('/', true);
      enter(person);
    } catch (thrown) {
      setError(messageOf(thrown));
      setIsBusy(false);
    }
  };
  return (
    <Door title="Welcome" action="Begin" error={error} isBusy={isBusy} submit={submit}>
      <Field label="Your name">
        <input name="name" autocomplete="name" required autofocus />
      </Field>
      <Field label="E-mail">
        <input name="email" type="email" autocomplete="username" required />
      </Field>
      <Field label="Password">
        <input name="password" type="password" autocomplete="new-password" minLength={12} required />
      </Field>
      <p class="hint">At least 12 characters. A sentence is easy to remember and hard to guess.</p>
    </Door>
  );
}
