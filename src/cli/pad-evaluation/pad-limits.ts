import type { PadFindings } from './pad-findings.js';

/** What the numbers do not say; a report without this invites to read too much into them. */
export function padLimitsOf({ subjects, sessionFrames, shipped }: PadFindings): string[] {
  return [
    `Frames of one recording are alike: they are not independent presentations${
      subjects
        ? `, and ${subjects.bonaFide} bona fide and ${subjects.attack} attack subjects say less than their many frames`
        : ''
    }. The intervals take them to be independent and are too narrow for that.`,
    ...(shipped.sessions
      ? [
          `A session here is ${sessionFrames} frames that stand next to each other by name, their medians decide. A remainder of ` +
            'fewer than three frames is part of the session before it, or is left out when there is none. A live sign-in ' +
            'takes its frames over seconds and looks only at frontal ones of good quality.',
        ]
      : []),
    'Frames are examined wherever one face is found, also when a sign-in would have refused them for their quality ' +
      'first. Frames without one face are not decided on; they are counted, and are in no rate. Sessions are decided on ' +
      'the frames that have one.',
    'APCER is given for each kind of attack and never as a mean over them: an attacker takes the kind that works.',
    'The rates hold for the cameras, light, papers and screens of this image set. Attacks of kinds that are not in ' +
      'it (masks, injected video, better screens) were not measured, and no rate is claimed for them.',
    'Passive checks look at single pictures. What a live sign-in asks for besides is not part of this measurement.',
  ];
}
