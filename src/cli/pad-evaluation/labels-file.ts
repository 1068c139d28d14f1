import {
  checkImages,
  checkLength,
  columnOf,
  imagePath,
  parseCsv,
  readText,
} from '../evaluation/listed-images.js';
import { UsageError } from '../usage-error.js';

const HEADER = 'path,label,attack[,subject]';

/** An image of which is known what came before the camera. */
export interface LabelledImage {
  /** Path below the images folder, with forward slashes and without detours. */
  readonly image: string;
  /** The kind of attack instrument, such as `print`; null for a bona fide presentation. */
  readonly species: string | null;
  /** Who, or which recording. Only when the file has subjects. */
  readonly subject?: string;
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/**
 * Reads the labels and makes sure that every image is there.
 *
 * @throws UsageError that names the file, the line and the remedy
 */
export async function readLabels(file: string, imagesDirectory: string): Promise<LabelledImage[]> {
  const labelled = parseLabels(await readText('--labels', file), file);
  await checkImages(labelled, file, imagesDirectory, 'the lines of images');
  return labelled;
}

/**
 * @param text CSV with the header path,label,attack[,subject]; other columns are ignored
 * @param file its name, for the messages
 * @throws UsageError when anything in it is not as it should be
 */
export function parseLabels(text: string, file: string): LabelledImage[] {
  const [header, ...rows] = parseCsv(text, file);
  if (!header) throw new UsageError(`${file} is empty. It needs the header ${HEADER} and images.`);
  const column = {
    path: columnOf(header, 'path', file, HEADER),
    label: columnOf(header, 'label', file, HEADER),
    attack: columnOf(header, 'attack', file, HEADER),
    subject: header.values.indexOf('subject'),
  };
  if (rows.length === 0) throw new UsageError(`${file} has a header but no images.`);
  const hasSubjects = rows.some(({ values }) => (values[column.subject] ?? '') !== '');

  const lines = new Map<string, number>();
  const labelled = rows.map((row): LabelledImage => {
    const { values, line } = row;
    const at = `${file}, line ${line}`;
    checkLength(row, header, at);
    const image = imagePath(values[column.path]!, at);
    const before = lines.get(image);
    if (before !== undefined) {
      throw new UsageError(`${at}: ${image} is listed already in line ${before}. Remove one of the lines.`);
    }
    lines.set(image, line);
    const entry = { image, species: speciesOf(values[column.label]!, values[column.attack]!, at), line };
    if (!hasSubjects) return entry;
    const subject = values[column.subject]!;
    if (subject === '') {
      throw new UsageError(`${at}: the subject is missing. Give every image a subject, or none.`);
    }
    return { ...entry, subject };
  });
  checkKinds(labelled, file);
  return labelled;
}

function speciesOf(label: string, attack: string, at: string): string | null {
  if (label === 'real') {
    if (attack === '') return null;
    throw new UsageError(`${at}: the label is real but the attack is "${attack}". A real face has none.`);
  }
  if (label !== 'spoof') {
    throw new UsageError(`${at}: the label is "${label}". It must be real (bona fide) or spoof (an attack).`);
  }
  if (attack === '') {
    throw new UsageError(`${at}: the attack is missing. Name the kind of a spoof, such as print or replay.`);
  }
  return attack;
}

function checkKinds(labelled: readonly LabelledImage[], file: string): void {
  if (!labelled.some(({ species }) => species === null)) {
    throw new UsageError(`${file} has no bona fide image (label = real). Both kinds are needed.`);
  }
  if (labelled.every(({ species }) => species === null)) {
    throw new UsageError(`${file} has no attack (label = spoof). Both kinds are needed.`);
  }
}
