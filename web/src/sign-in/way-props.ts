import type { User } from '@vultus/client';

/** What a way is told by the list of ways, and reports to it. */
export interface WayProps {
  /** The person has chosen it, it is not just what they are offered first. */
  readonly isChosen: boolean;
  readonly hasOthers: boolean;
  readonly onSignedIn: (user: User) => void;
  /** An attempt was refused: what is offered may have changed with it. */
  readonly onRefused: () => void;
  /** The person wants to choose again. */
  readonly onCancelled: () => void;
  /** This sign-in cannot be completed any more. */
  readonly onOver: (because: Error) => void;
}
