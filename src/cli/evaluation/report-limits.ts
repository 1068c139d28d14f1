import type { Findings } from './findings.js';
import { count } from '../terminal/number-format.js';

/** What the numbers do not say; a report without this invites to read too much into them. */
export function limitsOf({ allAgainstAll, comparisons }: Findings): string[] {
  return [
    `The impostor scores of one image set are not independent: every image and every person takes part in ` +
      `many of the ${count(comparisons.impostor)} comparisons. The low false match rates are less certain than ` +
      `that number suggests. The intervals of the false non-match rates take the listed pairs to be independent.`,
    ...(allAgainstAll
      ? [
          'Identity is the folder of an image. A person in two folders, or a wrong label, counts as an error here.',
        ]
      : []),
    'The rates hold for the people, cameras, light and poses of this image set. Pictures of public figures from the ' +
      'web, as most research sets have them, are not the pictures that people take to sign in.',
    'Nothing is claimed about demographic groups: they were not told apart. Error rates of face recognition ' +
      'are known to differ between them.',
    'The impostors did not try to deceive. Presentation attacks (photographs, screens, masks) are another measurement.',
    'An image that gives no template makes every genuine pair with it a false non-match and every listed pair with ' +
      'it a wrong decision; it never makes a false match.',
    'Of several faces in a picture the one nearest to its centre was taken, as is usual for labelled sets; ' +
      'a sign-in refuses such a picture.',
  ];
}
