import { configureGlobal } from 'fast-check';

/**
 * Property tests draw the same cases on every run, so that a failure is one of the change under test. The
 * long forms set another seed each time; fast-check prints it with a failure.
 */
configureGlobal({ seed: Number(process.env.GUILDHALL_TEST_SEED ?? 20_261_120) });
