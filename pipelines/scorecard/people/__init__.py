"""What people say of a grantee: how they judge its data, what they plan, what agencies agreed. Nothing is measured."""
