/** Where the console takes an invitation. The token stands behind the #, so that it never reaches a log. */
export function welcomeLink(port: number, token: string): string {
  return `http://localhost:${port}/welcome#${token}`;
}
