import fc from 'fast-check';

// The same examples each time, so that what passed once passes again; another FUZZ_SEED looks at others.
fc.configureGlobal({ seed: Number(process.env['FUZZ_SEED'] ?? 20_261_121) });

export { fc };
