import { z } from 'zod';

import { PROBLEMS, type ProblemCode } from '../problems.js';

/** RFC 9457 with our extensions. */
export const problemSchema = z.object({
  type: z.string().describe('A URN for the kind of problem.'),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]).describe('Stable; branch on this.'),
  detail: z.string().describe('A sentence that helps the person in front of the screen.'),
  request_id: z.string().describe('Give it to the operator: it finds the request in the log.'),
  errors: z
    .array(z.object({ field: z.string(), code: z.string(), message: z.string() }))
    .optional()
    .describe('What is wrong with single fields.'),
  reasons: z
    .array(z.string())
    .optional()
    .describe('Of poor_quality: what is wrong with the picture; of a live session: why it was not passed.'),
  checks: z
    .record(z.string(), z.enum(['ok', 'failed']))
    .optional()
    .describe('Of GET /health/ready: what works, and what does not.'),
});
