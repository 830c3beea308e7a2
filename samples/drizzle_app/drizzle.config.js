export default { dialect: 'sqlite', schema: './schema.mjs', out: './drizzle' };
