import sharp from 'sharp';

import { ApiClient, PASSWORD } from '../api-client.js';
import { filmFrame } from '../faces.js';
import type { RunningServer } from '../server.js';
import { PICTURE } from './film-clips.js';

export interface EnrolledAccount {
  readonly email: string;
  readonly password: string;
  /** For calls beside the page. */
  readonly token: string;
}

/**
 * An account of the role `one_man`, enrolled from a picture before the story begins: with how a face is set up, other
 * stories deal. For a server with `CONSENT=outside` that takes pictures.
 */
export async function enrolledAccount(server: Pick<RunningServer, 'url'>): Promise<EnrolledAccount> {
  const api = await ApiClient.for(server);
  // As large as the camera gives it; the film is smaller.
  const picture = await sharp(await filmFrame('cap13_edit2.mp4', 14.2))
    .resize(PICTURE)
    .jpeg()
    .toBuffer();
  const { email, token } = await api.enrolled(picture);
  return { email, token, password: PASSWORD };
}

/** @returns the recovery codes that the account has from now on */
export async function recoveryCodesOf(
  server: Pick<RunningServer, 'url'>,
  { token }: EnrolledAccount,
): Promise<readonly string[]> {
  const response = await fetch(`${server.url}/user/recovery-codes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`no recovery codes: ${response.status}`);
  const { codes } = (await response.json()) as { codes: string[] };
  return codes;
}
