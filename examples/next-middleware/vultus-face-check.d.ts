import type { VultusFaceCheckEvents } from '@vultus/element';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

/** What React has to know of the element; it listens for the event behind `on`. */
interface FaceCheckAttributes extends DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> {
  readonly purpose?: 'sign_in' | 'enrolment';
  readonly transport?: 'bearer' | 'cookie';
  readonly 'onvultus-passed'?: (event: VultusFaceCheckEvents['vultus-passed']) => void;
  /** `final`: this sign-in is over. Otherwise the element itself offers another try. */
  readonly 'onvultus-failed'?: (event: VultusFaceCheckEvents['vultus-failed']) => void;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'vultus-face-check': FaceCheckAttributes;
    }
  }
}
