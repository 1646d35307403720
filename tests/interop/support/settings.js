// Where the provider under test is. `cargo xtask test interop` starts one and sets these.
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}, or run \`cargo xtask test interop\`, which starts a provider and sets it.`);
  return value;
}

export const settings = {
  issuer: required('ISSUER').replace(/\/$/, ''),
  clientId: process.env.CLIENT_ID ?? 'sample-service',
  clientSecret: process.env.CLIENT_SECRET ?? 'sample-service-secret-for-the-demo-only',
  redirectUri: process.env.REDIRECT_URI ?? 'http://localhost:8081/callback',
  postLogoutUri: process.env.POST_LOGOUT_URI ?? 'http://localhost:8081/',
  citizen: { username: process.env.CITIZEN ?? 'nguyenvanan', password: process.env.CITIZEN_PASSWORD ?? 'Cong-Dan-2026!' },
  business: { username: process.env.BUSINESS ?? 'vaithieumau', password: process.env.BUSINESS_PASSWORD ?? 'Doanh-Nghiep-2026!' },
};
