'use client';

import { useEffect } from 'react';

interface FaceCheckProps {
  readonly onPassed: () => void;
  /** This sign-in is over, the password comes first again. */
  readonly onOver: (reason: string) => void;
}

export function FaceCheck({ onPassed, onOver }: FaceCheckProps) {
  useEffect(() => {
    // Here and not above: nobody loads it who is not asked for a face.
    void import('@vultus/element');
  }, []);
  return (
    <vultus-face-check
      purpose="sign_in"
      transport="cookie"
      onvultus-passed={onPassed}
      onvultus-failed={({ detail }) => {
        if (detail.final) onOver(detail.problem.detail);
      }}
    />
  );
}
