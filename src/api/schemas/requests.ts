import { z } from 'zod';

/**
 * Unknown fields are refused instead of dropped: a misspelt one would otherwise be ignored in silence. The
 * rules for addresses and new passwords belong to the use cases; here only what any of them can mean.
 */
const wholeText = z
  .string('must be a text')
  .refine((text) => !/\p{Surrogate}/u.test(text), 'holds half a character');

const password = wholeText.min(1, 'is required').max(1024, 'is too long');

export const passwordChangeSchema = z.strictObject({
  current_password: password.meta({ example: 'correct horse battery staple' }),
  password: password.meta({ example: 'a longer walk by the river' }),
});

export const credentialsSchema = z.strictObject({
  email: wholeText.min(1, 'is required').max(320, 'is too long').meta({ example: 'ada@example.org' }),
  password: password.meta({ example: 'correct horse battery staple' }),
});

export const completionSchema = z.strictObject({
  completion: z.string('must be a text').min(1, 'is required').max(4096, 'is too long'),
});
