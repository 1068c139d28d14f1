export default function Home() {
  return (
    <>
      <h1>An app</h1>
      <p>Everybody sees this page.</p>
      {/* No <Link>: it would fetch the answer for who is signed out in advance, and keep it. */}
      <p>
        <a href="/account">Your account</a>
      </p>
    </>
  );
}
