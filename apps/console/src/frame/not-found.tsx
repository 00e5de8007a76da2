/** For addresses that lead nowhere. */
export function NotFound() {
  return (
    <section class="empty">
      <h1>There is nothing here</h1>
      <p>
        The pages are in the menu above; <a href="/">this</a> is the first one.
      </p>
    </section>
  );
}
