import { z } from 'zod';

export const time = z.date().transform((date) => date.getTime());

export const bytes = z.instanceof(Uint8Array);
