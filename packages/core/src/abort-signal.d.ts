/** The one piece of the platform that core names: the others' own declaration is used wherever one exists. */
interface AbortSignal {
  readonly aborted: boolean;
}
