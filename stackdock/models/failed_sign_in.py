"""One failed sign-in, counted per account and per address to slow guessing down."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from stackdock.models.fields import instant_now, primary_id


class FailedSignIn(SQLModel, table=True):
    __tablename__ = "failed_sign_in"  # type: ignore[assignment]
    __table_args__ = (
        Index("ix_failed_sign_in_account", "account_hash", "failed_at"),
        Index("ix_failed_sign_in_address", "address", "failed_at"),
    )

    id: str = primary_id()
    account_hash: str = Field(max_length=64)  # of the email as typed: an address that has no account is counted alike
    address: str = Field(max_length=64)
    failed_at: datetime = instant_now()
