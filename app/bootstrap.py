"""Builds the dependencies of one installation: its keys, and the gateways named in its settings."""

import os
import secrets
import socket
import sys

from auth.tokens import TokenKeys
from config import keys
from config.settings import Settings, SmsGatewayName, UnsafeInProduction
from domain import calendar_days
from domain.enums import SmsNotice
from gateways import http
from gateways.payments import registry
from gateways.provider_addresses import create_provider_client
from gateways.providers import HttpProviderApi, ProviderApi
from gateways.sms import ConsoleSms, KavenegarSms, SmsGateway, SmsIrSms
from gateways.sms_outbox import SmsOutbox
from resolvers import quotas
from resolvers.app_context import AppContext


def build_app_context(settings: Settings) -> AppContext:
    """The context of the installation described by `settings`; also sets the process's time zone."""
    calendar_days.set_zone(settings.time_zone)
    quotas.configure(settings)
    return AppContext(
        settings=settings,
        tokens=TokenKeys(keys.load_jwt_keys(settings)),
        login_code_key=keys.load_login_code_key(settings),
        sms=_build_sms_outbox(settings),
        payments={gateway.name: gateway for gateway in registry.build_gateways(settings)},
        providers=_build_provider_api(settings, allow_private=settings.allow_private_providers),
        sandbox_providers=_build_provider_api(settings, allow_private=True),
        worker_name=f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}",
    )


def _build_provider_api(settings: Settings, *, allow_private: bool) -> ProviderApi:
    client = create_provider_client(
        connect_timeout=settings.gateway_connect_timeout,
        total_timeout=settings.gateway_total_timeout,
        allow_private=allow_private,
    )
    return HttpProviderApi(client)


def _build_sms_outbox(settings: Settings) -> SmsOutbox:
    fallback = settings.sms_fallback_gateway
    return SmsOutbox(
        _build_sms_gateway(settings, settings.sms_gateway),
        None if fallback is None else _build_sms_gateway(settings, fallback),
    )


def _build_sms_gateway(settings: Settings, name: SmsGatewayName) -> SmsGateway:
    if name is SmsGatewayName.CONSOLE:
        return ConsoleSms(sys.stdout)
    client = http.create_client(
        connect_timeout=settings.gateway_connect_timeout, total_timeout=settings.gateway_total_timeout
    )
    if name is SmsGatewayName.KAVENEGAR and settings.kavenegar_api_key:
        return KavenegarSms(
            client,
            settings.kavenegar_api_key,
            settings.kavenegar_template,
            base_url=settings.kavenegar_url,
            notice_templates={
                SmsNotice.MOBILE_CHANGED: settings.kavenegar_mobile_changed_template or "",
                SmsNotice.STAFF_SIGNED_IN: settings.kavenegar_staff_signed_in_template or "",
            },
        )
    if name is SmsGatewayName.SMSIR and settings.smsir_api_key:
        return SmsIrSms(
            client,
            settings.smsir_api_key,
            settings.smsir_template_id,
            base_url=settings.smsir_url,
            notice_template_ids={
                SmsNotice.MOBILE_CHANGED: settings.smsir_mobile_changed_template_id or 0,
                SmsNotice.STAFF_SIGNED_IN: settings.smsir_staff_signed_in_template_id or 0,
            },
        )
    raise UnsafeInProduction(f"SMS gateway {name} requires an API key: set {name.upper()}_API_KEY")
