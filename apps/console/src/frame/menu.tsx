import { useSession } from '../session/session.tsx';

/** Who is signed in, and how to leave. */
export function Menu() {
  const { person, leave } = useSession();
  return (
    <details class="menu">
      <summary>
        <span aria-hidden="true">{initials(person.name)}</span>
        <span class="unseen">Signed in as {person.name}</span>
      </summary>
      <div class="card">
        <p>
          <strong>{person.name}</strong>
          <br />
          <span class="faint">{person.email}</span>
          <br />
          <span class="faint">{person.roles.join(', ')}</span>
        </p>
        <button onClick={() => void leave('here')}>Sign out</button>
        <button onClick={() => void leave('everywhere')}>Sign out everywhere</button>
      </div>
    </details>
  );
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
}
