import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf, useAnswer } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';

const ROLES = ['agent', 'ops', 'admin'];

/** Who may sign in: invite, change roles, shut out. For administrators. */
export function PeoplePage() {
  const { data, error, again } = useAnswer('people', () => ask(v1.people.$get()));
  const [link, setLink] = useState('');
  const [refused, setRefused] = useState('');
  const attempt = async (work: () => Promise<object>) => {
    setRefused('');
    try {
      const done = await work();
      setLink('token' in done ? `${location.origin}/welcome#${String(done.token)}` : '');
      again();
    } catch (thrown) {
      setRefused(messageOf(thrown));
    }
  };
  const invite = (form: FormData) => {
    const given = { email: form.get('email'), roles: form.getAll('role') };
    return attempt(() => ask(v1.people.$post({}, sending(given))));
  };
  const inviteAgain = (id: number) =>
    attempt(() => ask(v1.people[':id'].invitation.$post({ param: { id: String(id) } })));
  const change = (id: number, given: { roles?: string[]; disabled?: boolean }) =>
    attempt(() => ask(v1.people[':id'].$patch({ param: { id: String(id) } }, sending(given))));
  return (
    <>
      <h1>People</h1>
      {(error ?? refused) !== '' && <Failure>{error ?? refused}</Failure>}
      {link !== '' && (
        <p class="card" role="status">
          Hand over this link; it works once, for seven days:
          <br />
          <code>{link}</code>
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th>Person</th>
            <th>Roles</th>
            <th>State</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {data?.people.map(({ id, email, name, roles, state }) => (
            <tr key={id}>
              <td class="subject">
                {name ?? '(not here yet)'}
                <small class="faint">{email}</small>
              </td>
              <td>
                {ROLES.map((role) => (
                  <label class="check" key={role}>
                    <input
                      type="checkbox"
                      checked={roles.some((has) => has === role)}
                      onChange={({ currentTarget: { checked } }) =>
                        void change(id, {
                          roles: ROLES.filter((r) => (r === role ? checked : roles.some((has) => has === r))),
                        })
                      }
                    />
                    {role}
                  </label>
                ))}
              </td>
              <td>{state}</td>
              <td class="actions">
                {state !== 'disabled' && <button onClick={() => void inviteAgain(id)}>New link</button>}
                <button onClick={() => void change(id, { disabled: state !== 'disabled' })}>
                  {state === 'disabled' ? 'Let in' : 'Shut out'}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <InviteForm invite={invite} />
    </>
  );
}

function InviteForm({ invite }: { invite: (form: FormData) => Promise<void> }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void invite(new FormData(event.target));
  };
  return (
    <form class="card invite" onSubmit={submit}>
      <h2>Invite somebody</h2>
      <Field label="E-mail">
        <input name="email" type="email" autocomplete="off" required />
      </Field>
      <fieldset>
        <legend>Roles</legend>
        {ROLES.map((role) => (
          <label class="check" key={role}>
            <input type="checkbox" name="role" value={role} defaultChecked={role === 'agent'} />
            {role}
          </label>
        ))}
      </fieldset>
      <button class="primary">Invite</button>
    </form>
  );
}
