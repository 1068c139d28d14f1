import { useTranslation } from 'react-i18next';

import styles from './account.module.css';

/** The operator's text: paragraphs, and lists of lines that begin with a dash. It can be scrolled with the keyboard, too. */
export function ConsentText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    // A region that scrolls has to take the focus, or it cannot be read with the keyboard alone.
    <div className={styles['consent']} role="region" aria-label={t('faceSection.consentText')} tabIndex={0}>
      {text
        .trim()
        .split(/\n\s*\n/)
        .map((block, index) => (
          <Block key={index} lines={block.split('\n')} />
        ))}
    </div>
  );
}

function Block({ lines }: { readonly lines: readonly string[] }) {
  const isList = lines.every((line) => line.startsWith('- '));
  if (!isList) return <p>{lines.join('\n')}</p>;
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line.slice(2)}</li>
      ))}
    </ul>
  );
}
